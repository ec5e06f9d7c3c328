using System.Diagnostics;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>Ended, recorded spans with given times, as a TracerProvider would hand them to an exporter.</summary>
internal static class SpanMaker
{
    public static readonly DateTime Start = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    public static Activity Ended(string name, params (string Key, object? Value)[] tags) => Ended(name, span =>
    {
        foreach ((string key, object? value) in tags)
            span.SetTag(key, value);
    });

    public static Activity Ended(string name, Action<Activity> describe, Activity? parent = null)
    {
        Activity? before = Activity.Current;
        Activity.Current = parent;
        var span = new Activity(name) { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        span.SetIdFormat(ActivityIdFormat.W3C);
        span.SetStartTime(Start);
        span.Start();
        describe(span);
        span.SetEndTime(Start.AddMilliseconds(7));
        span.Stop();
        Activity.Current = before;
        return span;
    }

    /// <summary>A span that goes on, to be a parent. It is not current.</summary>
    public static Activity Running(string name, Activity? parent = null, bool recorded = true)
    {
        Activity? before = Activity.Current;
        Activity.Current = parent;
        var span = new Activity(name) { ActivityTraceFlags = recorded ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None };
        span.SetIdFormat(ActivityIdFormat.W3C);
        span.Start();
        if (!recorded)
            span.ActivityTraceFlags = ActivityTraceFlags.None;
        Activity.Current = before;
        return span;
    }
}
