namespace WorkerTracing;

/// <summary>The outcomes of one export, counted.</summary>
/// <param name="Delivered">Spans that the backend has.</param>
/// <param name="Dropped">Spans that the exporter or the backend refused, without those that the backend rejected unnamed.</param>
/// <param name="Retained">Spans that stay queued.</param>
/// <param name="Unconfirmed">Spans of requests that the backend took in part.</param>
/// <param name="Rejected">How many of the unconfirmed spans the backend rejected.</param>
/// <param name="Abandoned">Spans that an exporter retained after the shutdown. They are lost.</param>
internal readonly record struct ExportCounts(
    int Delivered, int Dropped, int Retained, int Unconfirmed, int Rejected, int Abandoned)
{
    /// <summary>Gets the spans that arrived, named or not.</summary>
    public int Arrived => Delivered + Unconfirmed - Rejected;

    public int Total => Delivered + Dropped + Retained + Unconfirmed + Abandoned;

    public int Lost => Dropped + Rejected + Abandoned;

    /// <summary>Counts the outcomes of an export.</summary>
    public static ExportCounts Of(ReadOnlySpan<ExportOutcome> outcomes, int rejected, int abandoned)
    {
        int delivered = outcomes.Count(ExportOutcome.Delivered);
        int retained = outcomes.Count(ExportOutcome.Retained);
        int unconfirmed = outcomes.Count(ExportOutcome.Unconfirmed);
        int dropped = outcomes.Length - delivered - retained - unconfirmed - abandoned;
        return new ExportCounts(delivered, dropped, retained, unconfirmed, Math.Clamp(rejected, 0, unconfirmed), abandoned);
    }
}
