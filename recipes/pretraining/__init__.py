"""What each part of pre-training brings."""
