namespace WorkerTracing;

/// <summary>The spans of one export that are sent with the same credentials.</summary>
/// <param name="Credentials">The credentials.</param>
/// <param name="Positions">The positions of the spans in the batch, in order.</param>
internal sealed record SpanGroup(OpenAICredentials Credentials, List<int> Positions);
