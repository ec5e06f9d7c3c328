namespace WorkerTracing;

/// <summary>A job that runs.</summary>
/// <param name="Trace">Its trace.</param>
/// <param name="Number">The number of the run in this process.</param>
/// <param name="Started">When it started.</param>
/// <param name="Record">Its record; null where the store does not keep its trace.</param>
internal readonly record struct RunningJob(JobTrace Trace, long Number, DateTimeOffset Started, JobRecord? Record);
