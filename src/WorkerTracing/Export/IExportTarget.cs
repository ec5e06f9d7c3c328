namespace WorkerTracing;

/// <summary>
/// Optional, implemented by an exporter that can name its backend. <see cref="WorkerTracingMonitor.GetExporters"/> and the jobs page show
/// the values.
/// </summary>
/// <remarks>The members are read on any thread, also while an export runs. They must not block.</remarks>
public interface IExportTarget
{
    /// <summary>Gets the address of the backend, without credentials and query. Null where there is none.</summary>
    string? Address { get; }

    /// <summary>Gets the protocol, such as <c>http/protobuf</c> or <c>grpc</c>. Null where there is none.</summary>
    string? Protocol { get; }

    /// <summary>Gets the last failure, on one line, bounded and without secrets. Null where nothing has failed yet.</summary>
    string? LastError { get; }
}
