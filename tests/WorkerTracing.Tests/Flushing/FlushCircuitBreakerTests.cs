namespace WorkerTracing.Tests;

public sealed class FlushCircuitBreakerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FlushCircuitBreaker _breaker = new();

    [Test]
    public void IsOpenFor_Unused_IsClosed() => Assert.That(_breaker.IsOpenFor(Second), Is.False);

    [TestCase(1, false)]
    [TestCase(2, true)]
    [TestCase(3, true)]
    public void IsOpenFor_FailuresAddUpToTheTimeout_IsOpen(int failures, bool isOpen)
    {
        for (int i = 0; i < failures; i++)
            _breaker.OnFailure(Second / 2);

        Assert.That(_breaker.IsOpenFor(Second), Is.EqualTo(isOpen));
        Assert.That(_breaker.IsOpenFor(Second * 2), Is.False, "a longer timeout still waits");
    }

    [Test]
    public void IsOpenFor_AFlushWaitedInVain_IsOpenForTimeoutsThatAreNoLonger()
    {
        _breaker.OnTimeout(Second);

        Assert.That((_breaker.IsOpenFor(Second), _breaker.IsOpenFor(Second * 2)), Is.EqualTo((true, false)));
    }

    [Test]
    public void IsOpenFor_TheCallHangs_CountsItsTimeAndThatOfFailures()
    {
        _breaker.OnFailure(Second / 2);

        Assert.That((_breaker.IsOpenFor(Second), _breaker.IsOpenFor(Second, Second / 2)), Is.EqualTo((false, true)));
    }

    [Test]
    public void IsOpenFor_InfiniteTimeout_IsNeverOpen()
    {
        _breaker.OnFailure(TimeSpan.FromDays(1));

        Assert.That(_breaker.IsOpenFor(Timeout.InfiniteTimeSpan, Second), Is.False);
    }

    [Test]
    public void OnSuccess_Open_Closes()
    {
        _breaker.OnFailure(Second);
        _breaker.OnTimeout(Second);
        _breaker.OnSuccess();

        Assert.That(_breaker.IsOpenFor(TimeSpan.FromTicks(1)), Is.False);
    }
}
