{{ sum_moments() }}
