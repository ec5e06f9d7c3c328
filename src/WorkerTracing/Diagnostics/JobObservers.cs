using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>The observers of one tracer's jobs.</summary>
internal sealed class JobObservers(Action<string, Exception> reportFailure)
{
    private ImmutableArray<IJobObserver> _observers = [];

    /// <summary>Gets a value that indicates whether no job has to be reported.</summary>
    public bool IsEmpty => _observers.IsEmpty;

    public IDisposable Add(IJobObserver observer)
    {
        ImmutableInterlocked.Update(ref _observers, static (all, one) => all.Add(one), observer);
        return new Subscription(this, observer);
    }

    public void OnStarted(JobTrace job)
    {
        foreach (IJobObserver observer in _observers)
            Call(observer, job, null);
    }

    public void OnStopped(JobTrace job, JobResult result)
    {
        foreach (IJobObserver observer in _observers)
            Call(observer, job, result);
    }

    [SuppressMessage("Design", "CA1031", Justification = "An observer must not fail a job; the exception is counted and logged.")]
    private void Call(IJobObserver observer, JobTrace job, JobResult? result)
    {
        try
        {
            if (result is null)
                observer.OnJobStarted(job);
            else
                observer.OnJobStopped(job, result);
        }
        catch (Exception exception)
        {
            reportFailure(nameof(IJobObserver), exception);
        }
    }

    private sealed class Subscription(JobObservers observers, IJobObserver observer) : IDisposable
    {
        public void Dispose() =>
            ImmutableInterlocked.Update(ref observers._observers, static (all, one) => all.Remove(one), observer);
    }
}
