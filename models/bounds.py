"""What texts may be, in files as through the API."""

LONGEST_NAME = 300
LONGEST_EMAIL = 254
EMAIL_PATTERN = r"[^@\s]+@[^@\s]+"
LONGEST_TAG = 25
LONGEST_TAG_DESCRIPTION = 200
