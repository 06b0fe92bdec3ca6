{{ describe_variables() }}
