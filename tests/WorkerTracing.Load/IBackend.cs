using System.Diagnostics;

namespace WorkerTracing.Load;

/// <summary>The other side of a delivery, and what it remembers.</summary>
internal interface IBackend
{
    /// <summary>Gets the number of exports since <see cref="Reset"/>.</summary>
    int Exports { get; }

    /// <summary>Gets the measured time of one export.</summary>
    TimeSpan MeasuredRoundTrip { get; }

    /// <summary>Returns how many spans of the trace are acknowledged; forgets the trace.</summary>
    int Acknowledged(ActivityTraceId trace);

    void Reset();
}
