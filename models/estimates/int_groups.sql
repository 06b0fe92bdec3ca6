{{ describe_groups() }}
