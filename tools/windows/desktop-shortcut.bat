@echo off
rem Puts a shortcut to this copy of Packets on your desktop. Run it again if this folder was moved.
"%~dp0python\python.exe" "%~dp0python\shortcut.py" "%~dp0packets.bat"
if errorlevel 1 pause
exit /b %errorlevel%
