using TraceeMesh.Capture;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Replaying;

/// <summary>Opens captures, and says what is wrong with them.</summary>
internal static class CaptureOpening
{
    /// <exception cref="CommandException">It cannot be read as a capture.</exception>
    public static CaptureFile Open(string path)
    {
        try
        {
            return CaptureFile.Open(path);
        }
        catch (CaptureException e)
        {
            throw new CommandException(ExitCode.Usage, $"{path} is no capture that can be read: {e.Message}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException(ExitCode.Usage, $"there is no file {path}", e);
        }
    }

    /// <summary>Says what of it could not be read. Returns the exit code: what could be read was.</summary>
    public static int Complain(string path, CaptureFile capture, long badFrames, long badRecords)
    {
        foreach (var damage in capture.Damages)
        {
            Console.Error.WriteLine($"tmesh: {path}: {damage}");
        }

        if (capture.DamageCount > capture.Damages.Count)
        {
            Console.Error.WriteLine($"tmesh: {path}: {capture.DamageCount - capture.Damages.Count} further damaged places");
        }

        if (!capture.IsWhole)
        {
            Console.Error.WriteLine($"tmesh: {path}: it was cut, or its recording was: everything before that was read");
        }

        if (badFrames + badRecords > 0)
        {
            Console.Error.WriteLine($"tmesh: {path}: {badFrames} frames and {badRecords} records could not be read");
        }

        if (capture.Missed + capture.FactsDropped > 0)
        {
            Console.Error.WriteLine($"tmesh: {path}: the recorder missed {capture.Missed} frames; {capture.FactsDropped} answers have no room");
        }

        return capture.DamageCount > 0 || !capture.IsWhole || badFrames + badRecords > 0 ? ExitCode.Failure : ExitCode.Ok;
    }
}
