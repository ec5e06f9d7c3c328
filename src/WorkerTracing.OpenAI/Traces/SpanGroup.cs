namespace WorkerTracing;

/// <summary>The spans of an export that are sent with the same credentials.</summary>
/// <param name="Credentials">The credentials.</param>
/// <param name="Positions">The positions of the spans in the exported batch.</param>
internal sealed record SpanGroup(OpenAICredentials Credentials, List<int> Positions)
{
    /// <summary>Sets the outcome of the spans from <paramref name="first"/> on: they have not been sent.</summary>
    public void Retain(int first, Span<ExportOutcome> outcomes)
    {
        for (; first < Positions.Count; first++)
            outcomes[Positions[first]] = ExportOutcome.Retained;
    }
}
