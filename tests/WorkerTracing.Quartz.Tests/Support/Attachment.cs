namespace WorkerTracing.Quartz.Tests;

/// <summary>The three ways to attach the tracing to a scheduler.</summary>
public enum Attachment
{
    /// <summary><c>scheduler.ListenerManager.AddJobListener</c>, on a scheduler that exists.</summary>
    Listener,

    /// <summary><c>QuartzSchedulerBuilder.Create(q =&gt; q.UseWorkerTracing(tracer))</c>.</summary>
    Builder,

    /// <summary><c>services.AddQuartz(q =&gt; q.UseWorkerTracing())</c>.</summary>
    Container,
}
