using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace WorkerTracing;

/// <summary>
/// Binds the options from the <c>WorkerTracing</c> section, and <c>OTEL_SDK_DISABLED</c>, where the host has a configuration.
/// </summary>
internal static class WorkerTracingConfiguration
{
    public const string Section = "WorkerTracing";

    /// <summary>The section of the flight recorder inside the section.</summary>
    public const string Recorder = "FlightRecorder";

    private const string Time = "a time such as 00:00:05";
    private const string Flag = "true or false";

    private const string RuntimesOwn =
        "Enums, numbers, TimeSpan and bool: their converters are the runtime's own, are kept, and reflect over no member.";

    /// <summary>The sections of other packages inside the section.</summary>
    private static readonly string[] Sections = ["Dashboard", Recorder, "OpenAI"];

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

    private static readonly string[] RecorderSettings =
    [
        nameof(FlightRecorderOptions.Directory),
        nameof(FlightRecorderOptions.MaxBytes),
        nameof(FlightRecorderOptions.MaxAge),
        nameof(FlightRecorderOptions.RecordRunningJobs),
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
    public static void Bind(FlightRecorderOptions options, IServiceProvider services)
    {
        if (services.GetService<IConfiguration>()?.GetSection($"{Section}:{Recorder}") is not { } section)
            return;
        options.Directory = section[nameof(options.Directory)] ?? options.Directory;
        options.MaxBytes = Read(section, nameof(options.MaxBytes), options.MaxBytes, "a whole number");
        options.MaxAge = Read(section, nameof(options.MaxAge), options.MaxAge, "a time such as 3.00:00:00");
        options.RecordRunningJobs = Read(section, nameof(options.RecordRunningJobs), options.RecordRunningJobs, Flag);
    }

    /// <summary>Value by value, so that nothing is reflected over and the callbacks stay out of it.</summary>
    private static void BindSection(WorkerTracingOptions options, IConfigurationSection section)
    {
        options.Flush = Read(section, nameof(options.Flush), options.Flush, "None, Background or Wait");
        options.FlushTimeout = Read(section, nameof(options.FlushTimeout), options.FlushTimeout, Time);
        options.ShutdownTimeout = Read(section, nameof(options.ShutdownTimeout), options.ShutdownTimeout, Time);
        options.FlushAtProcessExit = Read(section, nameof(options.FlushAtProcessExit), options.FlushAtProcessExit, Flag);
        options.Relation = Read(section, nameof(options.Relation), options.Relation, "Auto, Child or Link");
        options.LinkAfter = Read(section, nameof(options.LinkAfter), options.LinkAfter, Time);
        options.CaptureArguments = Read(section, nameof(options.CaptureArguments), options.CaptureArguments, Flag);
        options.ReportRunningAfter = Read(section, nameof(options.ReportRunningAfter), options.ReportRunningAfter, Time);
        options.ReportRunningEvery = Read(section, nameof(options.ReportRunningEvery), options.ReportRunningEvery, Time);
        options.Enabled = Read(section, nameof(options.Enabled), options.Enabled, Flag);
    }

    /// <exception cref="OptionsValidationException">The value cannot be read. The message has the key, the value and the rule.</exception>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = RuntimesOwn)]
    [UnconditionalSuppressMessage("Trimming", "IL2091", Justification = RuntimesOwn)]
    private static T Read<T>(IConfigurationSection section, string option, T otherwise, string rule)
        where T : struct
    {
        try
        {
            return section.GetValue(option, otherwise);
        }
        catch (InvalidOperationException)
        {
            throw new OptionsValidationException(
                Options.DefaultName,
                typeof(WorkerTracingOptions),
                [$"The value '{section[option]}' at '{section.Path}:{option}' in the configuration cannot be read; it must be {rule}."]);
        }
    }

    /// <summary>
    /// Gets the advice for another section that has options of this library and almost its name, and for an environment variable with one
    /// underscore. Null for any other.
    /// </summary>
    public static string? AdviceFor(IConfigurationSection other)
    {
        const string Prefix = $"{Section}_";
        if (other.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return IsSetting(other.Key[Prefix.Length..])
                ? $"The name of an environment variable has two underscores: {Prefix}_{other.Key[Prefix.Length..]}."
                : null;
        return !other.Key.Equals(Section, StringComparison.OrdinalIgnoreCase)
            && SimilarName.Find(other.Key, [Section]) is not null
            && other.GetChildren().Any(static setting => IsSetting(setting.Key)) ? $"Did you mean {Section}?" : null;
    }

    private static bool IsSetting(string key) => Settings.Contains(key, StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the advice for a key of the flight recorder's section that sets nothing. Null where it sets an option.</summary>
    public static string? RecorderAdviceFor(string key) => AdviceFor(key, $"{Section}:{Recorder}", RecorderSettings, RecorderSettings);

    /// <summary>Gets the advice for a key of the section that sets nothing. Null where it sets an option.</summary>
    public static string? AdviceFor(string key)
    {
        if (Callbacks.FirstOrDefault(callback => callback.Equals(key, StringComparison.OrdinalIgnoreCase)) is { } callback)
            return $"Set it in code: AddWorkerTracing(options => options.{callback} = ...).";
        return AdviceFor(key, Section, [.. Settings, .. Sections], Settings);
    }

    private static string? AdviceFor(string key, string section, string[] known, string[] settings) =>
        known.Contains(key, StringComparer.OrdinalIgnoreCase) ? null
        : SimilarName.Find(key, known) is { } similar ? $"Did you mean {section}:{similar}?"
        : $"The options are {string.Join(", ", settings)}.";
}
