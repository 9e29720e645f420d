using Microsoft.Extensions.Logging;

namespace TraceeMesh.Cli.Replaying;

/// <summary>Warnings and errors of what runs in this process, a line each.</summary>
internal sealed class ErrorLog(TextWriter messages) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            messages.WriteLine($"tmesh: {formatter(state, exception)}{(exception is null ? "" : $": {exception.Message}")}");
        }
    }
}
