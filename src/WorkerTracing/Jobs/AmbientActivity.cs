using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>Remembers <see cref="Activity.Current"/> of the calling flow, and restores it, also if that activity has ended.</summary>
/// <remarks>
/// The setter of <see cref="Activity.Current"/> refuses an activity that has ended: it throws and catches an exception, and changes
/// nothing. But the end of an activity restores the one that was current at its start, without that check. So before an activity is
/// replaced, a placeholder is started; the end of the placeholder restores the activity.
/// </remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "An activity holds nothing to dispose of; its end is Restore.")]
internal struct AmbientActivity
{
    private const string PlaceholderName = "WorkerTracing.Ambient";

    private Activity? _placeholder;

    private AmbientActivity(Activity? activity) => Activity = activity;

    /// <summary>Gets the activity that was current.</summary>
    public Activity? Activity { get; private set; }

    public static AmbientActivity Capture() => new(Activity.Current);

    /// <summary>Makes another activity current until <see cref="Restore"/>.</summary>
    public void Replace(Activity? other)
    {
        if (ReferenceEquals(Activity, other))
            return;
        StartPlaceholder(); // the activity can end before it is restored
        Activity.Current = other;
    }

    /// <summary>Prepares for a change that is not made through <see cref="Replace"/> and is over soon.</summary>
    public void KeepIfEnded()
    {
        if (Activity is { IsStopped: true })
            StartPlaceholder();
    }

    /// <summary>Makes the activity current again.</summary>
    public readonly void Restore()
    {
        if (_placeholder is { IsStopped: false })
            _placeholder.Stop();
        else if (!ReferenceEquals(Activity.Current, Activity))
            Activity.Current = Activity is { IsStopped: true } ? null : Activity;
    }

    private void StartPlaceholder()
    {
        if (Activity is not { IdFormat: ActivityIdFormat.W3C } || _placeholder is not null)
            return;
        _placeholder = new Activity(PlaceholderName) { IsAllDataRequested = false };
        _placeholder.SetParentId(Activity.TraceId, Activity.SpanId); // a parent by its ids alone: no listener takes it for a child
        _placeholder.Start();
    }
}
