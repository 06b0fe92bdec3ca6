{{ count_answers() }}
