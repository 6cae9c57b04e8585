"""Pages of consultations: for residents, and the desk."""
