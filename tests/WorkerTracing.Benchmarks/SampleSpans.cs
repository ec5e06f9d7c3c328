using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WorkerTracing.Benchmarks;

/// <summary>Ended spans as jobs of an AI agent leave them.</summary>
internal static class SampleSpans
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="kind">What the span is.</param>
    /// <param name="parent">A span that encloses it; null for one that has ended, too.</param>
    public static Activity Make(SpanKind kind, Activity? parent = null) => kind switch
    {
        SpanKind.Custom => Custom(parent),
        SpanKind.Generation => Generation("Where is my order 4711?", "It is on its way; it will be with you tomorrow."),
        _ => Generation(LongText(97_000), "It is on its way; it will be with you tomorrow."),
    };

    private static Activity Custom(Activity? parent) => End("GET /orders", parent, static span => span
        .SetTag("http.request.method", "GET")
        .SetTag("url.full", "https://shop.example/orders/4711")
        .SetTag("http.response.status_code", 200)
        .SetTag("cache.hit", false));

    private static Activity Generation(string question, string answer) => End("chat", null, span => span
        .SetTag(GenAI.Operation, "chat")
        .SetTag(GenAI.RequestModel, "gpt-5")
        .SetTag("gen_ai.request.temperature", 0.2)
        .SetTag("gen_ai.request.max_tokens", 500)
        .SetTag(GenAI.InputMessages, Messages("user", question))
        .SetTag(GenAI.OutputMessages, Messages("assistant", answer))
        .SetTag(GenAI.InputTokens, 12)
        .SetTag(GenAI.OutputTokens, 34));

    private static Activity End(string name, Activity? running, Action<Activity> describe)
    {
        Activity? before = Activity.Current;
        Activity.Current = running;
        Activity? parent = running is null ? new Activity("job") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start() : null;
        var span = new Activity(name) { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        span.Start();
        describe(span);
        span.SetEndTime(span.StartTimeUtc.AddMilliseconds(7.5));
        span.Stop();
        parent?.Dispose();
        Activity.Current = before;
        return span;
    }

    private static string Messages(string role, string text) =>
        JsonSerializer.Serialize(new[] { new { role, parts = new[] { new { type = "text", content = text } } } }, Relaxed);

    /// <summary>Prose with what prose has: a line break now and then, a quotation, a letter beyond ASCII.</summary>
    private static string LongText(int bytes)
    {
        const string Sentence = "The parcel left the depot in Zürich at nine; the driver said \"by noon\", and the customer was told.\n";
        return string.Concat(Enumerable.Repeat(Sentence, bytes / (Sentence.Length + 5)));
    }
}
