namespace WorkerTracing;

/// <summary>What an export has done so far.</summary>
internal record struct SendProgress
{
    /// <summary>How many requests it has made, without further attempts of the same request.</summary>
    public int Requests { get; set; }

    /// <summary>The cause of the last failure, as a value of <c>error.type</c>.</summary>
    public string? ErrorType { get; set; }

    /// <summary>How many spans the backend rejected without reporting which.</summary>
    public int Rejected { get; set; }
}
