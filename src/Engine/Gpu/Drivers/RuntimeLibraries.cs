using System.Reflection;
using System.Runtime.InteropServices;

namespace Ait.Engine.Gpu.Drivers;

/// <summary>Finds the vendors' libraries, whose file names carry their versions.</summary>
internal static class RuntimeLibraries
{
    private static readonly Lock Gate = new();
    private static bool _installed;

    /// <summary>The file names that a library may have, newest first.</summary>
    public static string[] NamesOf(string library) => library switch
    {
        NvrtcApi.Library => ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so"],
        HipApi.Library => ["libamdhip64.so.7", "libamdhip64.so.6", "libamdhip64.so"],
        // From ROCm 7 on the compiler has a library of its own; before, the runtime held it as well.
        HiprtcApi.Library => ["libhiprtc.so.7", "libhiprtc.so.6", "libhiprtc.so", "libamdhip64.so.6", "libamdhip64.so"],
        CublasLtApi.Library => ["libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so.11", "libcublasLt.so"],
        HipblasLtApi.Library => ["libhipblaslt.so.1", "libhipblaslt.so.0", "libhipblaslt.so"],
        _ => [library],
    };

    /// <summary>Whether one of the names can be loaded.</summary>
    public static bool IsAtHand(string library) => Resolve(library, null, null) != 0;

    /// <summary>Makes P/Invokes of this assembly find the libraries; done once.</summary>
    public static void Install()
    {
        lock (Gate)
        {
            if (!_installed)
            {
                NativeLibrary.SetDllImportResolver(typeof(RuntimeLibraries).Assembly, Resolve);
                _installed = true;
            }
        }
    }

    // A null handle leaves the search to the runtime, which knows nothing better and says what is missing.
    private static nint Resolve(string library, Assembly? assembly, DllImportSearchPath? path)
    {
        if (library is not (CudaApi.Library or NvrtcApi.Library or HipApi.Library or HiprtcApi.Library or CublasLtApi.Library or HipblasLtApi.Library))
        {
            return 0;
        }

        foreach (string name in NamesOf(library))
        {
            if (NativeLibrary.TryLoad(name, out nint handle))
            {
                return handle;
            }
        }

        return 0;
    }
}
