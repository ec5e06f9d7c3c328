using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace WorkerTracing;

/// <summary>
/// Reads the options from the <c>WorkerTracing:OpenAI</c> section, and again after the configuration has changed. Binds by hand, which
/// works in trimmed and native programs. Uses no change callback: an invalid option would throw in the code that changes the configuration.
/// </summary>
internal sealed class OpenAIConfiguration(IServiceProvider services)
{
    private const string Section = "WorkerTracing:OpenAI";

    private readonly Lock _sync = new();
    private OpenAIExporterOptions? _read;
    private IChangeToken? _changes;

    /// <exception cref="OptionsValidationException">An option is out of its range.</exception>
    public OpenAIExporterOptions Read()
    {
        lock (_sync)
        {
            if (_read is null || _changes is { HasChanged: true })
            {
                _changes = services.GetService<IConfiguration>()?.GetReloadToken();
                _read = services.GetRequiredService<IOptionsFactory<OpenAIExporterOptions>>().Create(Options.DefaultName);
            }
            return _read;
        }
    }

    public void Bind(OpenAIExporterOptions options)
    {
        if (services.GetService<IConfiguration>() is not { } configuration)
            return;
        IConfigurationSection section = configuration.GetSection(Section);
        options.ApiKey = Choose(section[nameof(options.ApiKey)], options.ApiKey, OpenAIEnvironment.ApiKey, configuration["OPENAI_API_KEY"]);
        options.Organization = Choose(
            section[nameof(options.Organization)],
            options.Organization,
            OpenAIEnvironment.Organization,
            configuration["OPENAI_ORG_ID"]);
        options.Project = Choose(
            section[nameof(options.Project)],
            options.Project,
            OpenAIEnvironment.Project,
            configuration["OPENAI_PROJECT_ID"]);
        Bind(section, nameof(options.Endpoint), static text => new Uri(text), value => options.Endpoint = value);
        Bind(
            section,
            nameof(options.MaxRetries),
            static text => int.Parse(text, CultureInfo.InvariantCulture),
            value => options.MaxRetries = value);
        Bind(section, nameof(options.BaseDelay), ParseTime, value => options.BaseDelay = value);
        Bind(section, nameof(options.MaxDelay), ParseTime, value => options.MaxDelay = value);
        Bind(section, nameof(options.RequestTimeout), ParseTime, value => options.RequestTimeout = value);
        Bind(section, nameof(options.IncludeContent), bool.Parse, value => options.IncludeContent = value);
    }

    /// <summary>
    /// Chooses the section's value, else a value that code has set before, else the variable's value in the configuration, which may have
    /// other sources than the process's environment.
    /// </summary>
    private static string? Choose(string? bound, string? before, string? variable, string? configured) =>
        !string.IsNullOrWhiteSpace(bound) ? bound : before != variable ? before : configured;

    private static TimeSpan ParseTime(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);

    private static void Bind<T>(IConfigurationSection section, string option, Func<string, T> parse, Action<T> set)
    {
        if (section[option] is not { } text)
            return;
        try
        {
            set(parse(text));
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            throw new OptionsValidationException(
                Options.DefaultName,
                typeof(OpenAIExporterOptions),
                [$"{section.Path}:{option} is {ShownAddress.Of(text)}; it cannot be read as {typeof(T).Name}."]);
        }
    }
}
