# What contestants in R share: names of the questions, stages that are timed, and answers that are written.
SCALES <- paste0("scale_", letters[1:6])
ITEMS <- as.vector(outer(1:4, SCALES, function(place, scale) paste0(scale, "_", place)))
OUTCOMES <- paste0("outcome_", 1:8)
AGREEMENT <- c(ITEMS, OUTCOMES)
MEASURED <- c(ITEMS, SCALES)
CONTROLS <- c("hours", "home_share", "age", "tenure", "full_time", "permanent", "female", "education")
TERMS <- c(SCALES, CONTROLS)
CATEGORIES <- c("negative", "neutral", "positive")
ANSWER <- c("kind", "variable", "group", "statistic", "estimate", "std_error")

told <- new.env()

enter <- function(packages) {
  words <- commandArgs(TRUE)
  versions <- sapply(packages, function(name) as.character(packageVersion(name)))
  told$versions <- c(R = paste(R.version$major, R.version$minor, sep = "."), versions)
  told$out <- words[3]
  list(task = words[1], folder = words[2])
}

# Lazy evaluation: the work is done between the two clocks. Children's seconds of CPU count.
stage <- function(name, work) {
  before <- proc.time()
  result <- work
  spent <- proc.time() - before
  told$stages[name] <- spent[["elapsed"]]
  told$cpu[name] <- sum(spent[c("user.self", "sys.self", "user.child", "sys.child")])
  invisible(result)
}

object <- function(values, quote = "") {
  paste0("{", paste0('"', names(values), '": ', quote, values, quote, collapse = ", "), "}")
}

finish <- function(answers) {
  data.table::fwrite(answers, file.path(told$out, "answers.csv"))
  blas <- sub(".*/", "", extSoftVersion()[["BLAS"]])
  writeLines(paste0(
    '{"stages": ', object(told$stages), ', "cpu_by_stage": ', object(told$cpu),
    ', "versions": ', object(told$versions, '"'), ', "blas": "', blas, '"}'
  ), file.path(told$out, "told.json"))
}
