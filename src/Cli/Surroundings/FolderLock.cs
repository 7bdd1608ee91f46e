using System.Globalization;

namespace Ait.Cli.Surroundings;

/// <summary>Holds a folder for one process: the operating system lets go when the process ends, however it ends.</summary>
public sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    public static FolderLock Take(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SurroundingsException($"the folder {folder} cannot be made: {fault.Message} Choose another with --state.", fault);
        }

        string path = Path.Combine(folder, "lock");
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SurroundingsException(
                $"another `ait up` holds {folder}. Stop it (Ctrl-C in its window) or choose another folder with --state.", fault);
        }

        try
        {
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
        }
        catch (IOException fault)
        {
            file.Dispose();
            throw new SurroundingsException($"nothing can be written to {folder}: {fault.Message} Free some space and run this again.", fault);
        }

        return new FolderLock(file);
    }

    public void Dispose() => _file.Dispose();
}
