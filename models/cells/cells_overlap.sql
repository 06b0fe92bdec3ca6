{{ count_overlap() }}
