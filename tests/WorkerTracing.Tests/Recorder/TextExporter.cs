using System.Buffers;
using System.Diagnostics;
using System.Text;
using OpenTelemetry;

namespace WorkerTracing.Tests;

/// <summary>An exporter whose records are the name of the span and its attribute <c>text</c>. It exports nothing.</summary>
internal sealed class TextExporter(string name = "text") : BaseExporter<Activity>, IRecordedSpanExporter
{
    private int _resources;

    public string RecordName => name;

    public int MaxConcurrency => 1;

    public string Resource { get; init; } = "resource";

    /// <summary>Gets or sets the content of each span; null for the span's own text.</summary>
    public byte[]? Constant { get; set; }

    /// <summary>Gets or sets what happens after a part of a span was written.</summary>
    public Action? Writing { get; set; }

    public bool Throws { get; set; }

    /// <summary>Gets or sets the name of an open span that cannot be written.</summary>
    public string? Unwritable { get; set; }

    /// <summary>Gets how often the resource was asked for.</summary>
    public int Resources => _resources;

    public static string TextOf(TakenRecord record) => Encoding.UTF8.GetString(record.Span.Content.Span);

    public void WriteResource(IBufferWriter<byte> content)
    {
        Interlocked.Increment(ref _resources);
        Write(Resource, content);
    }

    public void WriteSpan(Activity span, IBufferWriter<byte> content)
    {
        if (Throws)
            throw new InvalidOperationException("The exporter throws.");
        if (Constant is not null)
        {
            content.Write(Constant);
            return;
        }

        Write(span.DisplayName, content);
        Writing?.Invoke();
        Write($"{span.GetTagItem("text")}", content);
    }

    public void WriteOpenSpan(Activity span, IBufferWriter<byte> content)
    {
        if (span.DisplayName == Unwritable)
            throw new InvalidOperationException("The exporter throws.");
        Write(span.DisplayName, content);
    }

    public void CloseSpan(ReadOnlySpan<byte> open, DateTimeOffset ended, IBufferWriter<byte> content)
    {
        if (Throws)
            throw new InvalidOperationException("The exporter throws.");
        Write($"{Encoding.UTF8.GetString(open)} abandoned", content);
    }

    public override ExportResult Export(in Batch<Activity> batch) => ExportResult.Success;

    public void Export(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken) =>
        outcomes.Fill(ExportOutcome.Delivered);

    public void Export(ReadOnlySpan<RecordedSpan> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken) =>
        outcomes.Fill(ExportOutcome.Delivered);

    private static void Write(string text, IBufferWriter<byte> content) => content.Write(Encoding.UTF8.GetBytes(text));
}
