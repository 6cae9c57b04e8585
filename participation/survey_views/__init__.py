"""The pages of surveys: for residents, at a kiosk, and at the desk."""
