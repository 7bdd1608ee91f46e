using System.Runtime.InteropServices;

namespace Ait.Engine.Gpu.Drivers;

/// <summary>NVIDIA's run-time compiler, as nvrtc.h declares it. <see cref="RuntimeLibraries"/> finds the version at hand.</summary>
internal static unsafe partial class NvrtcApi
{
    public const string Library = "nvrtc";

    [LibraryImport(Library, EntryPoint = "nvrtcCreateProgram", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CreateProgram(out nint program, string source, string name, int headers, byte** headerTexts, byte** headerNames);

    [LibraryImport(Library, EntryPoint = "nvrtcDestroyProgram")]
    public static partial int DestroyProgram(ref nint program);

    [LibraryImport(Library, EntryPoint = "nvrtcCompileProgram")]
    public static partial int CompileProgram(nint program, int options, byte** optionTexts);

    [LibraryImport(Library, EntryPoint = "nvrtcGetProgramLogSize")]
    public static partial int LogSize(nint program, out nuint bytes);

    [LibraryImport(Library, EntryPoint = "nvrtcGetProgramLog")]
    public static partial int Log(nint program, byte* text);

    [LibraryImport(Library, EntryPoint = "nvrtcGetCUBINSize")]
    public static partial int CodeSize(nint program, out nuint bytes);

    [LibraryImport(Library, EntryPoint = "nvrtcGetCUBIN")]
    public static partial int Code(nint program, byte* code);
}
