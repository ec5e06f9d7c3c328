namespace WorkerTracing;

/// <summary>What an answer, or none, means for the items of a request.</summary>
internal enum IngestVerdict
{
    /// <summary>The service has them.</summary>
    Accepted,

    /// <summary>At least one of them is not to its liking: the request is split until the one is found.</summary>
    Refused,

    /// <summary>It wants none of them, for a reason that does not pass.</summary>
    Lost,

    /// <summary>It may take them later.</summary>
    Later,
}
