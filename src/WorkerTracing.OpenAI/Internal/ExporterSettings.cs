using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace WorkerTracing;

/// <summary>The options as they are now. A change that makes them invalid does not stop the exporter: the last valid ones go on.</summary>
internal sealed class ExporterSettings(Func<OpenAIExporterOptions> source, ILogger log)
{
    private OpenAIExporterOptions _valid = source();
    private string? _reported;

    public OpenAIExporterOptions Current
    {
        get
        {
            try
            {
                _valid = source();
            }
            catch (OptionsValidationException exception) when (_reported != exception.Message)
            {
                _reported = exception.Message;
                Log.OptionsRefused(log, exception.Message);
            }
            catch (OptionsValidationException)
            {
            }
            return _valid;
        }
    }
}
