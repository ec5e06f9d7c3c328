namespace WorkerTracing;

/// <summary>What an answer, or its absence, means for the spans of a request.</summary>
internal enum SendVerdict
{
    /// <summary>The backend has all of them.</summary>
    Accepted,

    /// <summary>The backend has some of them and did not report which.</summary>
    PartlyAccepted,

    /// <summary>The backend may accept them later.</summary>
    Later,

    /// <summary>The request is too large, or one of its spans is invalid: it is split. A single span is lost.</summary>
    Split,

    /// <summary>The backend accepts none of them, for a reason that does not pass.</summary>
    Lost,
}
