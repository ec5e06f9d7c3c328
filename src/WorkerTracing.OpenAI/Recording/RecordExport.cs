using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>Sends recorded spans, each with the credentials of its trace.</summary>
internal sealed class RecordExport(OpenAIExporterOptions options, KeyStates keys, IngestClient client, ILogger log)
{
    /// <summary>Sends the spans. Those that cannot be read, or for which there is no key, keep their outcome.</summary>
    public void Send(ReadOnlySpan<RecordedSpan> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken)
    {
        var groups = new RecordGroups(options, log);
        var records = new IngestRecord[batch.Length];
        for (int i = 0; i < batch.Length; i++)
        {
            if (IngestRecord.TryRead(batch[i].Content, out records[i]))
                groups.Add(records[i], i);
        }

        ExporterMetrics.Drop(groups.WithoutKey, "no_key");
        foreach (SpanGroup group in groups.Groups)
            Send(group, groups.Groups.Count == 1, batch, records, outcomes, cancellationToken);
    }

    private void Send(
        SpanGroup group,
        bool allowsRetries,
        ReadOnlySpan<RecordedSpan> batch,
        IngestRecord[] records,
        Span<ExportOutcome> outcomes,
        CancellationToken cancellationToken)
    {
        group.Retain(0, outcomes);
        KeyState key = keys.Of(group.Credentials);
        if (!OpenAIExporterOptionsValidator.AreHeaderValues(group.Credentials))
        {
            key.Failures.RefuseKey(0);
            return;
        }

        using var items = new ItemBatch(new AgentRuns()) { Delivered = key.Announced };
        var sending = new IngestBatch(items, options, group.Credentials, key, client, log) { AllowsRetries = allowsRetries };
        var progress = default(SendProgress);
        foreach (int position in group.Positions)
        {
            if (key.IsContentForbidden && records[position].HasContent)
            {
                outcomes[position] = ExportOutcome.Dropped; // the content cannot be taken out of the record, and must not leave
                ExporterMetrics.Drop(1, "content_forbidden");
            }
            else
            {
                items.Add(records[position], batch[position], position);
                if (items.Bytes >= OpenAITraceExporter.MaxRequestBytes && !SendItems(ref progress, outcomes))
                    return;
            }
        }

        SendItems(ref progress, outcomes);

        bool SendItems(ref SendProgress progress, Span<ExportOutcome> outcomes)
        {
            bool goesOn = items.Count == 0 || key.Sender.Send(sending, items.Count, outcomes, ref progress, cancellationToken);
            items.Clear();
            return goesOn;
        }
    }
}
