namespace WorkerTracing;

/// <summary>The progress of a running job, as the job has reported it with <see cref="JobTrace.ReportProgress"/>.</summary>
/// <param name="Completed">How much is done, in the unit of the job.</param>
/// <param name="Total">How much there is to do, in the same unit. Null where the job does not know.</param>
/// <param name="Message">What the job is doing. Null where the job does not say.</param>
public sealed record JobProgress(double Completed, double? Total, string? Message);
