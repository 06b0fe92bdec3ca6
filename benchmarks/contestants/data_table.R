# R's data.table: weighted sums by stratum over all cores, Taylor's formula by hand.
suppressPackageStartupMessages(library(data.table))
source(file.path(Sys.getenv("BENCHMARK_CONTESTANTS"), "common.R"))
entry <- enter("data.table")

wave <- stage("read", fread(file.path(entry$folder, "wave.csv"), showProgress = FALSE))
stage("prepare", {
  for (name in AGREEMENT) set(wave, which(wave[[name]] > 5), name, NA)
  for (scale in SCALES) {
    scores <- as.matrix(wave[, paste0(scale, "_", 1:4), with = FALSE])
    scores[, 4] <- 6 - scores[, 4]
    valid <- rowSums(!is.na(scores))
    set(wave, j = scale, value = fifelse(valid >= 2, rowSums(scores, na.rm = TRUE) / valid, NA_real_))
  }
  wave[, stratum := sector * 10L + size_class]
})

by_sector <- function(name, sizes) {
  people <- wave[!is.na(get(name)), .(sector, stratum, w = weight, y = get(name) - 3)]
  people[, c("negative", "neutral", "positive") := .(+(y <= -0.5), +(y > -0.5 & y <= 0.5), +(y > 0.5))]
  measures <- c("y", CATEGORIES)
  rbindlist(lapply(measures, function(measure) {
    people[, d := get(measure)]
    people[, c("wd", "w2", "w2d", "w2d2") := .(w * d, w * w, w * w * d, w * w * d * d)]
    sums <- people[, lapply(.SD, sum), by = .(sector, stratum), .SDcols = c("w", "w2", "wd", "w2d", "w2d2")]
    sums[sizes, m := i.N, on = "stratum"]
    sums[, mean := sum(wd) / sum(w), by = sector]
    sums[, total := wd - mean * w]
    sums[, spread := m / (m - 1) * (w2d2 - 2 * mean * w2d + mean^2 * w2 - total^2 / m)]
    sums[, .(
      kind = "design", variable = name, group = sector,
      statistic = if (measure == "y") "mean" else paste0(measure, "_share"),
      estimate = mean[1] + if (measure == "y") 3 else 0, std_error = sqrt(sum(spread)) / sum(w)
    ), by = sector][, -1]
  }))
}

answers <- stage("answer", {
  sizes <- wave[, .N, by = stratum]
  rbindlist(lapply(MEASURED, by_sector, sizes))
})
finish(answers)
