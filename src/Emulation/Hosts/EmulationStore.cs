using System.Buffers;
using System.Text.Json;

namespace Ait.Emulation.Hosts;

/// <summary>
/// A folder with the development roots (one ARK and ASK per product of AMD, one Intel, one NVIDIA) and its hosts. Creating is
/// idempotent and safe between processes: one lock file, and files that appear whole.
/// </summary>
public sealed partial class EmulationStore(string folder)
{
    private static readonly TimeSpan s_lockPatience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Path.GetFullPath(folder);

    internal static byte[] Json(Action<Utf8JsonWriter> write, bool indented = false)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = indented }))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Waits for other processes; key generation takes seconds, so a plain retry is enough.</summary>
    private FileStream Lock()
    {
        string path = Path.Combine(_folder, ".lock");
        long started = Environment.TickCount64;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Environment.TickCount64 - started < s_lockPatience.TotalMilliseconds)
            {
                Thread.Sleep(50);
            }
        }
    }
}
