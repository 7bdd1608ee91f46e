using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ait.Engine.Simd.Emitted;

/// <summary>
/// A page of machine code, written first and made executable afterwards, never both. Where the system forbids that, as
/// hardened enclaves do, there is none and the managed backends carry on.
/// </summary>
internal sealed partial class ExecutableMemory : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int Read = 1;
    private const int Write = 2;
    private const int Execute = 4;
    private const int PrivateAnonymous = 0x22;

    private readonly nuint _length;

    private ExecutableMemory(nint address, nuint length)
        : base(ownsHandle: true)
    {
        _length = length;
        SetHandle(address);
    }

    /// <summary>Copies the code into executable memory, or yields null where there is none.</summary>
    public static unsafe ExecutableMemory? TryCreate(ReadOnlySpan<byte> code)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return null;
        }

        nuint length = ((nuint)code.Length + 4095) & ~(nuint)4095;
        nint address = Map(0, length, Read | Write, PrivateAnonymous, -1, 0);
        if (address == -1)
        {
            return null;
        }

        var memory = new ExecutableMemory(address, length);
        // The mapping is as long as the code, rounded up, and nobody else knows of it.
        code.CopyTo(new Span<byte>((void*)address, code.Length));
        if (Protect(address, length, Read | Execute) != 0)
        {
            memory.Dispose();
            return null;
        }

        return memory;
    }

    protected override bool ReleaseHandle() => Unmap(handle, _length) == 0;

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
