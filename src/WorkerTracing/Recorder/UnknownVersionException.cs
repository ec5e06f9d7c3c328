namespace WorkerTracing;

/// <summary>A file was written by a later version of the recorder.</summary>
internal sealed class UnknownVersionException(int version)
    : IOException($"Its files have version {version} of the format, and this process reads version {SegmentHeader.Version}.");
