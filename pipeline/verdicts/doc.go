// Package verdicts is the verdict log's form: what an entry says, and the offset ranges that it says it of. The gate writes the log; feeds,
// verify and anything else that reads it take the verdict from here.
package verdicts
