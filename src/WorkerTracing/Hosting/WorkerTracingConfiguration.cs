using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace WorkerTracing;

/// <summary>
/// Binds the options from the <c>WorkerTracing</c> section, and <c>OTEL_SDK_DISABLED</c>, where the host has a configuration.
/// </summary>
internal static class WorkerTracingConfiguration
{
    public const string Section = "WorkerTracing";

    private const string RecorderSection = "WorkerTracing:FlightRecorder";

    /// <summary>The sections of other packages inside the section.</summary>
    private static readonly string[] Sections = ["Dashboard", "FlightRecorder", "OpenAI"];

    private static readonly string[] Settings =
    [
        nameof(WorkerTracingOptions.Flush),
        nameof(WorkerTracingOptions.FlushTimeout),
        nameof(WorkerTracingOptions.ShutdownTimeout),
        nameof(WorkerTracingOptions.FlushAtProcessExit),
        nameof(WorkerTracingOptions.Relation),
        nameof(WorkerTracingOptions.LinkAfter),
        nameof(WorkerTracingOptions.CaptureArguments),
        nameof(WorkerTracingOptions.ReportRunningAfter),
        nameof(WorkerTracingOptions.ReportRunningEvery),
        nameof(WorkerTracingOptions.Enabled),
    ];

    private static readonly string[] Callbacks =
    [
        nameof(WorkerTracingOptions.Filter),
        nameof(WorkerTracingOptions.FlushSelector),
        nameof(WorkerTracingOptions.NameSelector),
        nameof(WorkerTracingOptions.KindSelector),
        nameof(WorkerTracingOptions.Enrich),
        nameof(WorkerTracingOptions.Redact),
    ];

    public static void Bind(WorkerTracingOptions options, IServiceProvider services)
    {
        if (services.GetService<IConfiguration>() is not { } configuration)
            return;
        BindSection(options, configuration.GetSection(Section));
        if (string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase))
            options.Enabled = false;
    }

    /// <summary>Binds the options of the flight recorder.</summary>
    [UnconditionalSuppressMessage(
        "Trimming", "IL2026", Justification = "Numbers, TimeSpan and bool: their converters are the runtime's own and are kept.")]
    public static void Bind(FlightRecorderOptions options, IServiceProvider services)
    {
        if (services.GetService<IConfiguration>()?.GetSection(RecorderSection) is not { } section)
            return;
        options.Directory = section.GetValue(nameof(options.Directory), options.Directory) ?? options.Directory;
        options.MaxBytes = section.GetValue(nameof(options.MaxBytes), options.MaxBytes);
        options.MaxAge = section.GetValue(nameof(options.MaxAge), options.MaxAge);
        options.RecordRunningJobs = section.GetValue(nameof(options.RecordRunningJobs), options.RecordRunningJobs);
    }

    /// <summary>
    /// Value by value, so that nothing is reflected over and the callbacks stay out of it. The binder's error names the key and the bad
    /// value.
    /// </summary>
    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2026",
        Justification = "Enums, TimeSpan and bool: their converters are the runtime's own and are kept.")]
    private static void BindSection(WorkerTracingOptions options, IConfigurationSection section)
    {
        options.Flush = section.GetValue(nameof(options.Flush), options.Flush);
        options.FlushTimeout = section.GetValue(nameof(options.FlushTimeout), options.FlushTimeout);
        options.ShutdownTimeout = section.GetValue(nameof(options.ShutdownTimeout), options.ShutdownTimeout);
        options.FlushAtProcessExit = section.GetValue(nameof(options.FlushAtProcessExit), options.FlushAtProcessExit);
        options.Relation = section.GetValue(nameof(options.Relation), options.Relation);
        options.LinkAfter = section.GetValue(nameof(options.LinkAfter), options.LinkAfter);
        options.CaptureArguments = section.GetValue(nameof(options.CaptureArguments), options.CaptureArguments);
        options.ReportRunningAfter = section.GetValue(nameof(options.ReportRunningAfter), options.ReportRunningAfter);
        options.ReportRunningEvery = section.GetValue(nameof(options.ReportRunningEvery), options.ReportRunningEvery);
        options.Enabled = section.GetValue(nameof(options.Enabled), options.Enabled);
    }

    /// <summary>Gets the advice for a key of the section that sets nothing. Null where it sets an option.</summary>
    public static string? AdviceFor(string key)
    {
        if (Settings.Concat(Sections).Contains(key, StringComparer.OrdinalIgnoreCase))
            return null;
        if (Callbacks.FirstOrDefault(callback => callback.Equals(key, StringComparison.OrdinalIgnoreCase)) is { } callback)
            return $"Set it in code: AddWorkerTracing(options => options.{callback} = ...).";
        return SimilarName.Find(key, [.. Settings, .. Sections]) is { } similar
            ? $"Did you mean {Section}:{similar}?"
            : $"The options are {string.Join(", ", Settings)}.";
    }
}
