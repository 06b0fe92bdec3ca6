{{ describe_weightings() }}
