using System.Runtime.InteropServices;

namespace Ait.Engine.Gpu.Drivers;

/// <summary>AMD's run-time compiler, as hiprtc.h declares it. <see cref="RuntimeLibraries"/> finds the version at hand.</summary>
internal static unsafe partial class HiprtcApi
{
    public const string Library = "hiprtc";

    [LibraryImport(Library, EntryPoint = "hiprtcCreateProgram", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CreateProgram(out nint program, string source, string name, int headers, byte** headerTexts, byte** headerNames);

    [LibraryImport(Library, EntryPoint = "hiprtcDestroyProgram")]
    public static partial int DestroyProgram(ref nint program);

    [LibraryImport(Library, EntryPoint = "hiprtcCompileProgram")]
    public static partial int CompileProgram(nint program, int options, byte** optionTexts);

    [LibraryImport(Library, EntryPoint = "hiprtcGetProgramLogSize")]
    public static partial int LogSize(nint program, out nuint bytes);

    [LibraryImport(Library, EntryPoint = "hiprtcGetProgramLog")]
    public static partial int Log(nint program, byte* text);

    [LibraryImport(Library, EntryPoint = "hiprtcGetCodeSize")]
    public static partial int CodeSize(nint program, out nuint bytes);

    [LibraryImport(Library, EntryPoint = "hiprtcGetCode")]
    public static partial int Code(nint program, byte* code);
}
