{{ describe_wordings() }}
