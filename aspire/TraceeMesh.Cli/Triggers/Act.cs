using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Triggers;

/// <summary>What triggers do that no ordinary program does. Each writes back what it read, or touches only itself.</summary>
internal static class Act
{
    /// <summary>Does one.</summary>
    /// <param name="name">Which.</param>
    /// <param name="argument">A process or a path, where it takes one.</param>
    public static int Do(string name, string argument)
    {
        switch (name)
        {
            case "traced":
                ActCalls.LetParentTrace();
                break;
            case "poke":
                ActCalls.PokeStack(Pid(argument));
                break;
            case "write":
                ActCalls.WriteStack(Pid(argument));
                break;
            case "seal":
                ActCalls.SealWritablePage();
                break;
            case "stdio":
                TakeStandardInputFromSocket();
                break;
            case "connect":
                Connect(argument);
                break;
            case "serve":
                ServeShell();
                break;
            default:
                throw new CommandException(ExitCode.Usage, $"there is no act {name}");
        }

        return ExitCode.Ok;
    }

    private static int Pid(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
        ? pid
        : throw new CommandException(ExitCode.Usage, $"{text} is no process");

    private static void TakeStandardInputFromSocket()
    {
        ActCalls.RaiseLoopback();
        using var listener = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        ActCalls.TakeAsStandardInput(client);
    }

    private static void Connect(string path)
    {
        using var listener = Listen(new UnixDomainSocketEndPoint(path));
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
    }

    private static void ServeShell()
    {
        ActCalls.RaiseLoopback();
        using var listener = Listen(new IPEndPoint(IPAddress.Any, 0));
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndPoint!).Port);
        using var served = listener.Accept();
        using var shell = Process.Start("sh", ["-c", ":"]);
        shell.WaitForExit();
    }

    private static Socket Listen(EndPoint address)
    {
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(address);
        listener.Listen(1);
        return listener;
    }
}
