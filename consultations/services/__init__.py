"""The verbs of consultations: the only code that changes a submission's or a remark's state."""
