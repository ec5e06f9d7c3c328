namespace WorkerTracing;

/// <summary>The <c>span_data</c> types of the ingest endpoint that spans are sent as.</summary>
internal enum SpanType
{
    Custom,

    /// <summary>
    /// A custom span for a call that an enclosing span records as well: without tokens and content, which would count twice.
    /// </summary>
    RecordedTwice,
    Generation,
    Response,
    Transcription,
    Speech,
    Agent,
    Function,
    Handoff,
    McpTools,
}
