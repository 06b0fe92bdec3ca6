"""What tests share: temporary projects and the shared data folder."""
