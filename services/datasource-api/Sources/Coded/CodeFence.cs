using System.Threading.Channels;

namespace TraceeMesh.DataSourceApi.Sources.Coded;

/// <summary>
/// Calls the code of one source on a thread of its own, one call at a time. Code that does not come back costs that thread: who waits
/// for it, and who calls after him, is told at once that there is no answer, until it comes back after all.
/// </summary>
/// <param name="source">Namespace and id of the source.</param>
/// <param name="budget">How long one call may take.</param>
public sealed class CodeFence(string source, TimeSpan budget)
{
    /// <summary>How long one call may take: what a source says, it says at once.</summary>
    public static readonly TimeSpan Budget = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Channel<Call> _next = Channel.CreateBounded<Call>(1);
    private Call? _last;
    private Thread? _thread;
    private long _late;

    /// <summary>Calls that did not come back in time, and those that were not made because of it.</summary>
    public long Late => Interlocked.Read(ref _late);

    /// <summary>Calls the code.</summary>
    /// <exception cref="SourceCodeException">It failed, did not come back in time, or has not come back from the call before.</exception>
    public T Run<T>(Func<T> code)
    {
        var call = new Call<T>(code);
        lock (_gate)
        {
            if (_last is { Done.IsSet: false } || !Waited(call))
            {
                Interlocked.Increment(ref _late);
                throw new SourceCodeException(source, new TimeoutException($"it did not come back within {budget.TotalSeconds:0.###} s"));
            }
        }

        return call.Failure is { } failure ? throw new SourceCodeException(source, failure) : call.Result;
    }

    private bool Waited(Call call)
    {
        _thread ??= Start();
        _last = call;
        return _next.Writer.TryWrite(call) && call.Done.Wait(budget);
    }

    // In the background: a thread that hangs does not keep the service from ending.
    private Thread Start()
    {
        var thread = new Thread(() =>
        {
            while (_next.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                if (_next.Reader.TryRead(out var call))
                {
                    call.Make();
                }
            }
        })
        {
            IsBackground = true,
            Name = $"code of {source}",
        };
        thread.Start();
        return thread;
    }

    private abstract class Call
    {
        public ManualResetEventSlim Done { get; } = new();

        public Exception? Failure { get; private set; }

        public void Make()
        {
            try
            {
                Invoke();
            }
            catch (Exception e)
            {
                Failure = e;
            }

            Done.Set();
        }

        protected abstract void Invoke();
    }

    private sealed class Call<T>(Func<T> code) : Call
    {
        public T Result { get; private set; } = default!;

        protected override void Invoke() => Result = code();
    }
}
