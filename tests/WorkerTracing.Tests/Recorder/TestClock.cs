namespace WorkerTracing.Tests;

/// <summary>A clock that the test moves: time passes, or the clock of the system jumps while no time passes.</summary>
internal sealed class TestClock : TimeProvider
{
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;
    private TimeSpan _elapsed;
    private TimeSpan _jumped;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan by) => _elapsed += by;

    public void Jump(TimeSpan by) => _jumped += by;

    public override long GetTimestamp() => _elapsed.Ticks;

    public override DateTimeOffset GetUtcNow() => _start + _elapsed + _jumped;
}
