using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace WorkerTracing;

/// <summary>
/// Reads the current options. If a change makes them invalid, or a callback throws, the last valid options stay in force.
/// </summary>
internal sealed class ExporterSettings(Func<OpenAIExporterOptions> source, ILogger log)
{
    private OpenAIExporterOptions _valid = source();
    private string? _reported;

    /// <summary>Gets the options as of the last export. Costs nothing.</summary>
    public OpenAIExporterOptions Latest => _valid;

    public OpenAIExporterOptions Current
    {
        [SuppressMessage(
            "Design", "CA1031",
            Justification = "The boundary to the callbacks that configure the options: if one throws, the previous options stay in force.")]
        get
        {
            try
            {
                _valid = source();
            }
            catch (Exception exception)
            {
                // Only the message of the validation is known to contain no key.
                string failure = exception is OptionsValidationException
                    ? exception.Message
                    : $"Configuring them threw a {exception.GetType().FullName}.";
                if (_reported != failure)
                    Log.OptionsRefused(log, failure);
                _reported = failure;
            }
            return _valid;
        }
    }

    /// <summary>Makes a source of options that stay the same.</summary>
    /// <exception cref="OptionsValidationException">An option is out of its range.</exception>
    public static Func<OpenAIExporterOptions> Constant(OpenAIExporterOptions options)
    {
        ValidateOptionsResult validity = new OpenAIExporterOptionsValidator().Validate(null, options);
        if (validity.Failed)
            throw new OptionsValidationException(Options.DefaultName, typeof(OpenAIExporterOptions), validity.Failures);
        return () => options;
    }
}
