namespace WorkerTracing;

/// <summary>A failed export.</summary>
/// <param name="Message">The reason, on one line.</param>
/// <param name="Time">When the export ended.</param>
internal sealed record ExportError(string Message, DateTimeOffset Time);
