"""`python -m rectify_xl` is the command `rectify-xl`."""

from rectify_xl.cli import main

if __name__ == "__main__":
    main()
