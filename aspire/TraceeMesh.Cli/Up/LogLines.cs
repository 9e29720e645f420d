namespace TraceeMesh.Cli.Up;

/// <summary>Which lines of a log a person should see at once, by the marks that the services and nats-server put on errors.</summary>
public static class LogLines
{
    private static readonly string[] ErrorMarks = ["fail: ", "crit: ", "[ERR]", "[FTL]", "Unhandled exception"];

    public static bool IsError(string line)
    {
        foreach (var mark in ErrorMarks)
        {
            if (line.Contains(mark, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
