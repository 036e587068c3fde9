using Microsoft.Win32.SafeHandles;

namespace Spool.Platform;

/// <summary>
/// Reads what a tool writes as bytes, on a thread of its own, so that frames are worked on while the next ones are made. A pipe of 1 MiB
/// instead of the usual 64 KiB lets the two run side by side without switching at every few rows of a picture.
/// </summary>
internal sealed class OutputReader
{
    private const int SetPipeSize = 1031, PipeBytes = 1 << 20;
    private readonly Task _reading;

    /// <summary>Takes the descriptor over. <paramref name="stop"/> ends the tool when reading failed.</summary>
    internal OutputReader(int descriptor, Action<Stream> read, Action stop)
    {
        _ = Libc.FCntl(descriptor, SetPipeSize, PipeBytes); // refused where the user has too many pipes already: the small one works too
        _reading = Task.Factory.StartNew(() =>
        {
            var done = false;
            // The stream must not buffer: a frame goes straight from the pipe into its place.
            using var stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Read, bufferSize: 0);
            try
            {
                read(stream);
                done = true;
            }
            finally
            {
                if (!done) stop();
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Waits until reading has ended; it does once nobody holds the pipe.</summary>
    internal void Join() => ((IAsyncResult)_reading).AsyncWaitHandle.WaitOne();

    internal void ThrowIfFailed()
    {
        if (_reading.Exception?.InnerException is { } fault) throw new IOException($"what the tool wrote could not be read: {fault.Message}", fault);
    }
}
