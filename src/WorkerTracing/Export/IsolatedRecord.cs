namespace WorkerTracing;

/// <summary>A record of the flight recorder that failed in an export of its own. See <see cref="IsolatedSpan"/>.</summary>
/// <param name="Record">The record.</param>
/// <param name="Failures">How often it failed alone while the exporter delivered others.</param>
/// <param name="RetryAt">When it is sent again; null for as soon as others were delivered, or nothing else is left to read.</param>
internal sealed record IsolatedRecord(TakenRecord Record, int Failures, long? RetryAt);
